"""How everything is looked at: services over HTTP, engines by their protocols, disks."""
