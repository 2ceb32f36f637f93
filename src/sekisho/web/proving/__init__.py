"""確認資料: what can be shown to others, and whether it holds."""
