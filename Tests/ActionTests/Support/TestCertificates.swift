/// Certificates for tests, by one key: https://docs.openssl.org/master/man1/openssl-ca/ made them.
enum TestCertificates {
    static let key = """
        -----BEGIN EC PRIVATE KEY-----
        MHcCAQEEIE3anX27MZbLYS9b9T1j2rIvumiHmhQjpcQn+Qpxz6kxoAoGCCqGSM49
        AwEHoUQDQgAEXoA5ttTdpSLnN+5fOh2r1ZO7d76bSoC9wEySFf+x79ZOXQFBGdeV
        +3v1U4wSfRqOJJkESJ3pUrQ767uuHu7+Ow==
        -----END EC PRIVATE KEY-----
        """

    /// 2020 to 2120; for web.example, *.shop.example and 127.0.0.1.
    static let valid = """
        -----BEGIN CERTIFICATE-----
        MIIBbTCCARKgAwIBAgIBATAKBggqhkjOPQQDAjAWMRQwEgYDVQQDDAt3ZWIuZXhh
        bXBsZTAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowFjEUMBIGA1UE
        AwwLd2ViLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARegDm21N2l
        Iuc37l86HavVk7t3vptKgL3ATJIV/7Hv1k5dAUEZ15X7e/VTjBJ9Go4kmQRInelS
        tDvru64e7v47o08wTTAsBgNVHREEJTAjggt3ZWIuZXhhbXBsZYIOKi5zaG9wLmV4
        YW1wbGWHBH8AAAEwHQYDVR0OBBYEFI8KoMBPKlbo16wI7FhlfLhkMkFLMAoGCCqG
        SM49BAMCA0kAMEYCIQCgS5rRkA1sbue6kb6LqGCw1FbPfV/IbRionfDN8d3ZTAIh
        AKY3A5mWMU7MAjdArwCym83DoEPNbNxBwvujvSfecatn
        -----END CERTIFICATE-----
        """

    /// 2020.
    static let expired = """
        -----BEGIN CERTIFICATE-----
        MIIBGjCBwgIBAjAKBggqhkjOPQQDAjAaMRgwFgYDVQQDDA9leHBpcmVkLmV4YW1w
        bGUwHhcNMjAwMTAxMDAwMDAwWhcNMjEwMTAxMDAwMDAwWjAaMRgwFgYDVQQDDA9l
        eHBpcmVkLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARegDm21N2l
        Iuc37l86HavVk7t3vptKgL3ATJIV/7Hv1k5dAUEZ15X7e/VTjBJ9Go4kmQRInelS
        tDvru64e7v47MAoGCCqGSM49BAMCA0cAMEQCICRXW/gEW6dFNlo8GbYiWraimwoM
        jSi2Qhu7p9RIjUpwAiAxNUIGaz1IsIDlDJloRDEeqpiWwimzP1JUZU0prPJfGQ==
        -----END CERTIFICATE-----
        """

    /// 2099 to 2120.
    static let future = """
        -----BEGIN CERTIFICATE-----
        MIIBHDCBxAIBAzAKBggqhkjOPQQDAjAZMRcwFQYDVQQDDA5mdXR1cmUuZXhhbXBs
        ZTAiGA8yMDk5MDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjAZMRcwFQYDVQQD
        DA5mdXR1cmUuZXhhbXBsZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABF6AObbU
        3aUi5zfuXzodq9WTu3e+m0qAvcBMkhX/se/WTl0BQRnXlft79VOMEn0ajiSZBEid
        6VK0O+u7rh7u/jswCgYIKoZIzj0EAwIDRwAwRAIgH+4izl6/9WBSJF5ylPiXZAKC
        xRS9eOEUlTtCVp2SpYwCIH3QAiCm6MYqkaeyRD16V8EltQPvhBwq1D0pWh1JNh+h
        -----END CERTIFICATE-----
        """
}
