"""Commands that use trained networks: predict the stiffness of structures, and design new ones."""
