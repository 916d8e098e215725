"""The portal: where people find films, type their code and watch. It owns no data."""
