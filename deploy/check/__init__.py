"""``python -m deploy.check``: what can be known of images, compose file and Helm chart without a container engine or a cluster.

`tools` builds helm, kubeconform and the compose specification's reader from pinned Go modules, `schemas` gets Kubernetes' and the
custom resources' schemas, `rendering` asks them, and `policies` are our own rules over what the chart renders.
"""
