"""Plans and subscriptions: begun, renewed, changed, ended."""
