use patchbay_egress::{Cause, Egress, EgressPolicy, OutboundRequest};
use patchbay_testkit::receiver::{Answer, Receiver};

use crate::local_egress;

#[tokio::test]
async fn no_spelling_of_a_url_reaches_a_forbidden_address() {
    let receiver = Receiver::start().await;
    let port = receiver.address().port();
    let egress = Egress::new(EgressPolicy::default()).unwrap();
    let here = [
        "127.0.0.1",
        "localhost",
        "localhost.",
        "LOCALHOST",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "017700000001",
        "127.0.0.1.",
        "127.0.0.01",
        "%31%32%37.0.0.1",
        "①②⑦.0.0.1",
        "127。0。0。1",
        "0.0.0.0",
        "0",
        "[::1]",
        "[::]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::7f00:1]",
        "[64:ff9b::127.0.0.1]",
        "[2002:7f00:1::]",
        "[2001:0:7f00:1::]",
        "[::ffff:0:127.0.0.1]",
        "[0000:0000:0000:0000:0000:ffff:7f00:0001]",
        "0x7F.0X0.0.1",
        "0x7f.1",
        "0177.1",
        "0000177.0.0.01",
        "127.0x0.0.1",
        "127.65536.1",
        "127.0.0.256",
        "4294967296",
        "127.0.0.1..",
        "localhost..",
        ".localhost",
        "LocalHost.",
        "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
        "ｌｏｃａｌｈｏｓｔ",
        "local\u{ad}host",
        "localhost。",
        "１２７．０．０．１",
        "¹²⁷.0.0.1",
        "۱۲۷.0.0.1",
        "[::ffff:127.0.0.1%25lo]",
        "127.0.0.1%00",
        "127.0.0.1\t",
        "127.0.0\n.1",
        "93.184.215.14@127.0.0.1",
        "93.184.215.14:80@127.0.0.1",
        "93.184.215.14%40127.0.0.1",
    ];
    for host in here {
        let error =
            egress.send(OutboundRequest::post(format!("http://{host}:{port}/"), "{}")).await.unwrap_err();
        assert!(matches!(error.cause, Cause::Blocked | Cause::InvalidUrl | Cause::Dns), "{host}: {error}");
    }
    let elsewhere = [
        ("http://169.254.169.254/latest/meta-data/", Cause::Blocked),
        ("http://2852039166/", Cause::Blocked),
        ("http://0xa9fea9fe/", Cause::Blocked),
        ("http://[::ffff:a9fe:a9fe]/", Cause::Blocked),
        ("http://[fd00:ec2::254]/", Cause::Blocked),
        ("http://10.0.0.1/", Cause::Blocked),
        ("http://192.168.1.1/", Cause::Blocked),
        ("http://168.63.129.16/", Cause::Blocked),
        ("http://[::ffff:168.63.129.16]/", Cause::Blocked),
        ("http://100.100.100.200/", Cause::Blocked),
        ("http://0251.0376.0251.0376/", Cause::Blocked),
        ("http://[64:ff9b::a9fe:a9fe]/", Cause::Blocked),
        ("http://[64:ff9b::169.254.169.254]/", Cause::Blocked),
        ("http://[2002:a9fe:a9fe::1]/", Cause::Blocked),
        ("http://[fec0::1]/", Cause::Blocked),
        ("http://[2001:db8::1]/", Cause::Blocked),
        ("http://172.16.0.1/", Cause::Blocked),
        ("http://100.64.0.1/", Cause::Blocked),
        ("http://198.18.0.1/", Cause::Blocked),
        ("http://224.0.0.1/", Cause::Blocked),
        ("http://255.255.255.255/", Cause::Blocked),
        ("http://[fe80::1]/", Cause::Blocked),
        ("http://[fe80::1%25eth0]/", Cause::InvalidUrl),
        ("http://[fe80::1%eth0]/", Cause::InvalidUrl),
        ("http://[ff02::1]/", Cause::Blocked),
        ("http://user@93.184.215.14/", Cause::InvalidUrl),
        ("http://93.184.215.14@127.0.0.1/", Cause::InvalidUrl),
        ("http://:secret@93.184.215.14/", Cause::InvalidUrl),
        ("http://user:secret@169.254.169.254/", Cause::InvalidUrl),
        ("http://169.254.169.254\\@93.184.215.14/", Cause::Blocked),
        ("http:\\\\169.254.169.254\\", Cause::Blocked),
        ("http:169.254.169.254", Cause::Blocked),
        ("http:///169.254.169.254/", Cause::Blocked),
        (" \thttp://169.254.169.254/ ", Cause::Blocked),
        ("ht\ntp://169.254.169.254/", Cause::Blocked),
        ("http://169.254.169.254#@93.184.215.14/", Cause::Blocked),
        ("http://169.254.169.254?@93.184.215.14/", Cause::Blocked),
        ("http://93.184.215.14:-1/", Cause::InvalidUrl),
        ("http://93.184.215.14:80:80/", Cause::InvalidUrl),
        ("http://93.184.215.14:http/", Cause::InvalidUrl),
        ("http://1.2.3.4.5/", Cause::InvalidUrl),
        ("http://app.example.0x7f/", Cause::InvalidUrl),
        ("http://[::1/", Cause::InvalidUrl),
        ("http://::1/", Cause::InvalidUrl),
        ("http://[v1.fe80::a]/", Cause::InvalidUrl),
        ("http://a b/", Cause::InvalidUrl),
        ("http://@/", Cause::InvalidUrl),
        ("http://:80/", Cause::InvalidUrl),
        ("http://#/", Cause::InvalidUrl),
        ("https://user@:443/", Cause::InvalidUrl),
        ("http://93.184.215.14:0/", Cause::InvalidUrl),
        ("http://93.184.215.14:99999/", Cause::InvalidUrl),
        ("ftp://93.184.215.14/", Cause::InvalidUrl),
        ("gopher://93.184.215.14/", Cause::InvalidUrl),
        ("file:///etc/passwd", Cause::InvalidUrl),
        ("data:text/plain,x", Cause::InvalidUrl),
        ("http://", Cause::InvalidUrl),
        ("http:///", Cause::InvalidUrl),
        ("//93.184.215.14/", Cause::InvalidUrl),
    ];
    for (url, cause) in elsewhere {
        let error = egress.send(OutboundRequest::post(url, "{}")).await.unwrap_err();
        assert_eq!(error.cause, cause, "{url}: {error}");
    }
    assert!(receiver.received().is_empty(), "{:?}", receiver.received());
}

#[tokio::test]
async fn an_answer_that_points_elsewhere_is_an_answer_and_nothing_more() {
    let (receiver, inside) = (Receiver::start().await, Receiver::start().await);
    for status in [301, 302, 303, 307, 308] {
        receiver.answer_next([Answer::status(status).header("location", inside.url("/secret"))]);
        let response = local_egress().send(OutboundRequest::post(receiver.url("/"), "{}")).await.unwrap();
        assert_eq!(response.status, status);
    }
    assert!(inside.received().is_empty());
}
