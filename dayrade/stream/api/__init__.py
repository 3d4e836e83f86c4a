"""What the web workers know of the stream: where it is, and the tickets to it."""
