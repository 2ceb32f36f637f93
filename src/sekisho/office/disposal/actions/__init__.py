"""What people do about devices and media."""
