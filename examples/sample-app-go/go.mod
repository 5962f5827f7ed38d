module sample-app-go

go 1.12
