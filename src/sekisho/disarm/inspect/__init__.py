"""What people should know about a file: names that deceive, personal data, malware."""
