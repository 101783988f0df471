"""What can be done in the app: actions with stable ids, keys, and sentences that name them."""
