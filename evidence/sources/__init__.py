"""Sources: services on the network that give records. `transport` is the only module that makes a request."""
