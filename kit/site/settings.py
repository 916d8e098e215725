"""What every front-end reads: the brand, and where the others are for a browser."""

from pathlib import Path
from typing import Annotated

from pydantic import StringConstraints

from kit.settings import ServiceSettings, shared

Colour = Annotated[str, StringConstraints(pattern=r"^(#[0-9a-fA-F]{6})?$")]


class SiteSettings(ServiceSettings):
    brand_name: str = shared("BRAND_NAME", "Karangou", description="the name on every page")
    brand_accent: Colour = shared(
        "BRAND_ACCENT", "", description="the colour of the one thing to do, as #rrggbb"
    )
    brand_logo: str = shared(
        "BRAND_LOGO", "", description="an SVG or PNG file that stands for the name in the header"
    )
    brand_tagline: str = shared(
        "BRAND_TAGLINE", "", description="one sentence, for search engines and the footer"
    )
    portal_public_url: str = shared(
        "PORTAL_PUBLIC_URL", "http://127.0.0.1:5062", description="the portal, as visitors see it"
    )
    dashboard_public_url: str = shared(
        "DASHBOARD_PUBLIC_URL", "http://127.0.0.1:5000", description="the dashboard, likewise"
    )
    bunny_cdn_url: str = shared(
        "BUNNY_CDN_URL", "http://127.0.0.1:5063", description="where browsers fetch films from"
    )
    browser_packages: Path = shared(
        "BROWSER_PACKAGES",
        Path("node_modules"),
        description="npm's folder of browser packages, from the suite's own folder",
    )

    @property
    def is_secure(self) -> bool:
        """Say whether cookies may travel over TLS only."""
        return self.environment == "production"
