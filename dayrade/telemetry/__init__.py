"""What operators see of the running service: a line for each request, and figures."""
