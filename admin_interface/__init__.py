"""The dashboard: films, series, jobs, tokens and people, for those who run the studio."""
