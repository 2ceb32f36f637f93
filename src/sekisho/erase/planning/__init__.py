"""Which methods are allowed: rules that are data, and judgements over them."""
