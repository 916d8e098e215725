"""The third parties: object storage, ffmpeg, and whoever takes our webhooks."""
