"""What commands of a user's own reach beside the window: programs, and functions of Python."""
