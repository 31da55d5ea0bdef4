"""Every figure that the README quotes comes from here, each by one command, with machine and versions beside it."""
