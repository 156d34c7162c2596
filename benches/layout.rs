//! How long a layout takes: chains, and machines with a Choice every fifth state, Catch and loops.

use std::fmt::Write;
use std::hint::black_box;

use criterion::Criterion;
use criterion::criterion_group;
use criterion::criterion_main;
use stepwright::asl;
use stepwright::graph;
use stepwright::graph::LayoutRequest;
use stepwright::graph::average_width;
use stepwright::syntax;
use stepwright::syntax::Format;

fn layouts(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("layout");
    group.sample_size(10);
    for count in [30, 300, 2_000, 10_000] {
        for (name, text) in [("chain", chain(count)), ("branchy", branchy(count))] {
            let tree = syntax::parse(&text, Format::Json).tree;
            let machine = asl::read(&tree);
            group.bench_function(format!("{name}/{count}"), |bencher| {
                bencher.iter(|| {
                    let flow = graph::flow(black_box(&tree), &machine);
                    graph::layout(&LayoutRequest::new(flow, &average_width))
                });
            });
        }
    }
    group.finish();
}

fn chain(count: usize) -> String {
    let mut states = String::new();
    for at in 0..count {
        let _ = write!(states, r#""S{at}":{{"Type":"Pass","Next":"S{}"}},"#, at + 1);
    }
    format!(r#"{{"StartAt":"S0","States":{{{states}"S{count}":{{"Type":"Succeed"}}}}}}"#)
}

fn branchy(count: usize) -> String {
    let mut states = String::new();
    for at in 0..count {
        let next = at + 1;
        let _ = if at % 5 == 4 {
            let (ahead, back) = ((at + 3).min(count), at - 3);
            write!(
                states,
                r#""S{at}":{{"Type":"Choice","Choices":[{{"Variable":"$.a","NumericEquals":1,"Next":"S{ahead}"}},{{"Variable":"$.a","NumericEquals":2,"Next":"S{back}"}}],"Default":"S{next}"}},"#
            )
        } else if at % 3 == 0 {
            write!(
                states,
                r#""S{at}":{{"Type":"Task","Next":"S{next}","Catch":[{{"ErrorEquals":["States.ALL"],"Next":"Failed"}}]}},"#
            )
        } else {
            write!(states, r#""S{at}":{{"Type":"Task","Next":"S{next}"}},"#)
        };
    }
    format!(
        r#"{{"StartAt":"S0","States":{{{states}"S{count}":{{"Type":"Succeed"}},"Failed":{{"Type":"Fail"}}}}}}"#
    )
}

criterion_group!(benches, layouts);
criterion_main!(benches);
