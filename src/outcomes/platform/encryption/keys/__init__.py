"""Where keys come from, how they are kept, and what one provider's keys can do."""
