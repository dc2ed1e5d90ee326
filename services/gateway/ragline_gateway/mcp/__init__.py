"""The Model Context Protocol at `/mcp`: questions and sources as tools and resources of agents."""
