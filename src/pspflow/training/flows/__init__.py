"""Training of the flows between domains: passes, pools of images and limits of gradients."""
