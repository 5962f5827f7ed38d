module requests

go 1.22

require (
	k8s.io/apimachinery v0.29.3
	k8s.io/client-go v0.29.3
)
