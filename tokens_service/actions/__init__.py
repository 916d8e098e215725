"""What can be done with tokens; each function is one transaction of the store."""
