"""What the operating system has to offer: processes and temporary files."""
