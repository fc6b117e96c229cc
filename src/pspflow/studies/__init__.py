"""The published systems that are built in: each study is a book of chapters."""
