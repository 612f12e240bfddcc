# The context holds the program and the licenses of an archive, a bundle of CA
# certificates and two empty directories, one of which is writable for all users;
# `make image` prepares it. No network is needed.
FROM scratch
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY LICENSE THIRD-PARTY.txt /usr/share/doc/astra-admin/
COPY astra /usr/bin/astra
COPY --chown=65532:65532 home /home/astra
COPY root /
ENV HOME=/home/astra PATH=/usr/bin
WORKDIR /home/astra
USER 65532:65532
ENTRYPOINT ["/usr/bin/astra"]
