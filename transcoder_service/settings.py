"""Everything transcoder_service reads from its environment."""

from typing import ClassVar

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from kit.settings import WEAK, ServiceSettings, shared

GIGABYTE = 1024**3


class Settings(ServiceSettings):
    SERVICE: ClassVar[str] = "transcoder_service"
    model_config = SettingsConfigDict(env_prefix="TRANSCODER_")

    port: int = Field(5063, description="the port to listen on")

    library_id: int = Field(1, ge=1, description="the library's number, as clients name it")
    library_name: str = Field("Karangou", description="the library's name, told to players")
    api_key: SecretStr = Field(
        SecretStr(f"{WEAK}-api"), description="the library's key: may do everything"
    )
    read_only_key: SecretStr = Field(
        SecretStr(f"{WEAK}-read"), description="may read; also signs webhooks"
    )
    cdn_key: SecretStr = Field(
        SecretStr(f"{WEAK}-cdn"), description="signs the addresses of films, pictures, captions"
    )
    webhook_url: str = Field(
        "http://127.0.0.1:5061/webhooks/video",
        description="who is told what becomes of a video; empty: nobody",
    )
    webhook_days: int = Field(7, ge=1, description="how long a webhook is tried again")
    allowed_origins: str = Field(
        "http://127.0.0.1:5062,http://localhost:5062,http://127.0.0.1:5000,http://localhost:5000",
        description="the sites whose pages may play and upload here, separated by commas",
    )
    country_header: str = Field(
        "",
        description="the header in which a proxy in front says the viewer's country (CF-IPCountry)",
    )
    public_url: str = Field(
        "http://127.0.0.1:5063", description="the address under which viewers reach the origin"
    )

    media_url: str = shared(
        "MEDIA_URL",
        "var/media",
        description="where films are stored: a folder, s3://, gs://, az://",
    )
    uploads_path: str = Field(
        "var/uploads", description="a folder for uploads under way; must survive a restart"
    )
    upload_days: int = Field(
        7, ge=1, description="after so long an unfinished upload is thrown away"
    )
    max_upload_bytes: int = Field(50 * GIGABYTE, ge=1, description="the largest film accepted")
    max_caption_bytes: int = Field(2_000_000, ge=1, description="the largest captions accepted")
    max_picture_bytes: int = Field(10_000_000, ge=1, description="the largest picture accepted")

    ffmpeg: str = shared("FFMPEG", "", description="the ffmpeg to use; empty: the wheel's own")
    scratch_path: str = Field(
        "var/scratch", description="a folder for encoding under way; it may be lost at any time"
    )
    encode_cores: int = Field(0, ge=0, description="cores that encoding may use; 0: all of them")
    max_film_hours: float = Field(72, gt=0, description="the longest film accepted")

    @property
    def origins(self) -> frozenset[str]:
        """Return the allowed origins as a browser writes them."""
        found = (one.strip().rstrip("/") for one in self.allowed_origins.split(","))
        return frozenset(one for one in found if one)
