"""Who may see what: short codes and signed tokens, for everyone, members or one film."""
