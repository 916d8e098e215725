"""What is shown: films, series, categories, rails; search; sync with the video library."""
