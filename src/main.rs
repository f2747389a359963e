fn main() {
    println!("howdah");
}
