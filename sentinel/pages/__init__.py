"""The pages of sentinel: one."""
