"""What can go wrong with the Asterisk that tests run against.

```
AsteriskToolError
├── ProvisionError        it could not be installed; the message says what to do
├── NotProvisionedError   there is none yet: run `make asterisk`, or attach to one
├── StartError            it did not start, answer or stop
├── NotOwnedError         an attached Asterisk is not ours to stop, kill or look into
└── AttachError           the environment variables do not describe an Asterisk we may use
```
"""

__all__ = [
    "AsteriskToolError",
    "AttachError",
    "NotOwnedError",
    "NotProvisionedError",
    "ProvisionError",
    "StartError",
]


class AsteriskToolError(RuntimeError):
    """Root of this tool's errors; its message is fit to be shown to a contributor as it is."""


class ProvisionError(AsteriskToolError):
    """Asterisk could not be installed into the cache."""


class NotProvisionedError(AsteriskToolError):
    """There is no Asterisk in the cache and none to attach to."""


class StartError(AsteriskToolError):
    """The Asterisk we own did not start, answer or stop in time."""


class NotOwnedError(AsteriskToolError):
    """The Asterisk is attached: it is somebody else's and must not be stopped, killed or looked into."""


class AttachError(AsteriskToolError):
    """The environment variables do not describe an Asterisk that may be used."""
