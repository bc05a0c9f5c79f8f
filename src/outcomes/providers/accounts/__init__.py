"""The people of a provider: accounts, links, teams."""
