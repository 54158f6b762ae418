"""The pages: officers' console, supervisor's page, and a ticket's own page on the phone."""
