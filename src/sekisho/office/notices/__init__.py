"""What people and machines outside are told and may do: alerts and mail, tokens, folders."""
