"""Keys: the store of KMS keys, and what is encrypted under them."""
