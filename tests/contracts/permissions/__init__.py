"""Who may pass which door: one table per service, and what each rule means for each visitor."""
