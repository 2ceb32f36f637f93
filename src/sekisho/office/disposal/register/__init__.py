"""The register as a table: its columns, out as Excel or CSV, and in with a preview."""
