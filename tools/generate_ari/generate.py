"""From the description of a provisioned Asterisk's REST interface to the modules."""

from pathlib import Path
from typing import Final

from tools.asterisk.provision import asterisk_version
from tools.generator import finished, source_folder, violated

from .corrected import corrected
from .corrections import ASTERISK_22
from .description import DESCRIPTION, Description, read
from .names import module
from .render_models import event_models, render_events, render_models
from .render_operations import render_handles, render_resource, render_resources

__all__ = ["generate", "modules"]

# Asterisk says which parameters there are, and how they are called.
_EXEMPT: Final = {"A002", "E501", "PLR0913", "PLR0917"}


def generate(root: Path) -> dict[str, str]:
    """Return the text of each generated module, by its file name, for the Asterisk in a root folder.

    Raises:
        GenerateError: its description and the corrections do not fit.
        ProvisionError: that Asterisk does not tell its version.
    """
    version = asterisk_version(root)
    folder = source_folder("ari")
    found = modules(read(root / DESCRIPTION), version=version)
    return {name: _finished(folder / name, text, version) for name, text in found.items()}


def _finished(file: Path, text: str, version: str) -> str:
    plain = finished(file, text, version=version)
    if needed := sorted(_EXEMPT & violated(file, plain)):
        exempt = f"# ruff: noqa: {', '.join(needed)} - the parameters are Asterisk's\n"
        return finished(file, text, version=version, exempt=exempt)
    return plain


def modules(description: Description, *, version: str) -> dict[str, str]:
    """Return the text of each module before it is formatted."""
    subtypes = [name for model in description.models for name in model.subtypes]
    surface = corrected(description, ASTERISK_22)
    models, events = event_models(surface, subtypes)
    names = {model.name for model in models}
    handles = ASTERISK_22.handles
    resources = list(dict.fromkeys(each.resource for each in surface.operations))
    found = {
        "events.py": render_events(events, models, handles, version=version),
        "handles.py": render_handles(surface, handles, names),
        "models.py": render_models(models, handles, version=version),
        "resources/__init__.py": render_resources(resources),
    }
    for resource in resources:
        found[f"resources/{module(resource)}.py"] = render_resource(resource, surface, names)
    return found
