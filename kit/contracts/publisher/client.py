"""How to call publisher_service."""

from kit.contracts.publisher.channels_client import ChannelCalls
from kit.contracts.publisher.notices_client import NoticeCalls
from kit.contracts.publisher.social_client import SocialCalls


class PublisherClient(NoticeCalls, ChannelCalls, SocialCalls):
    """Speaks to publisher_service; `.acting(token)` for what a person does."""

    SERVICE = "publisher_service"
