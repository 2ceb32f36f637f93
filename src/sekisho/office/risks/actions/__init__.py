"""What people do about models of data linkage."""
