"""What stands in for Asterisk: threads and sockets that write literal bytes, and know no library."""
