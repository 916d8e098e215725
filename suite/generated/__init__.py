"""Files that follow from the code: settings, contracts' schemas, Render's blueprint."""
