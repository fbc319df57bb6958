"""What of campaigns, imports, exports and bulk work failed, for the failures page."""
