"""One module for each part of the portal: gather, then render."""
