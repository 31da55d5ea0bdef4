// Nothing to do: the embedded engine has one writer, so nobody changes what it remembers.
