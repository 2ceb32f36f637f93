"""The evidence ledger (証跡台帳) in the node's database, its checkpoints and witnesses."""
