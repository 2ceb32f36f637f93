"""The rows of the vault (保管庫): one wrapped data key per object at rest."""
