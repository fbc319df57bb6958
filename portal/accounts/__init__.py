"""Who gets in, and how: invitations, second factors, single sign-on, sessions, lost passwords."""
