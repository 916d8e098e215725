"""What the front-ends share: pages, languages, themes, forms that cannot be forged, error pages."""
