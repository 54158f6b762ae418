"""The display: it shows and speaks called numbers."""
