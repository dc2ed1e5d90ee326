"""`ragline mcp`: the gateway's MCP on standard input and output, for clients that start servers."""
