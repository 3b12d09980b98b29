"""What goes on while nobody looks: changes seen, alerts sent, webhooks heard."""
