"""The pages and the API, asked as a browser or a program would ask them."""
