tour-loading = Opening the panorama
